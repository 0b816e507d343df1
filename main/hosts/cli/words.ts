/** The sentences of the command line for what crosses as codes: the same as the page's. */
export { GUIDANCE, REFUSAL } from '../../contract/words.ts';
