/** In `[DEFAULT]` of the main file, and only there: more files to be read. */
export const INCLUDE_KEY = 'include';
