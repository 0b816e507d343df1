/** The names that people give to themselves and to their looks. */
import { z } from 'zod';

/** No control characters: a name is shown in lists and terminals. */
export const ONE_LINE = /^[^\u0000-\u001f\u007f]*$/;

export const nameSchema = z.string().min(1).max(60).regex(ONE_LINE);

export const NAME_RULE =
  'A name has between 1 and 60 characters, without tabs and line breaks. Choose another one.';
