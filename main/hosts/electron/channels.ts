/** Names of the messages between the preload and the main process. */
export const MESSAGES = {
  call: 'facet:call',
  attend: 'facet:attend',
  state: 'facet:state',
  preview: 'facet:preview',
  previewTaken: 'facet:preview-taken',
} as const;

/** Where the page lives; nothing else is ever loaded. */
export const PAGE_ORIGIN = 'app://facet';
