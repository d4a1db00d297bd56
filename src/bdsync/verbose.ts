/** Told what happens, at the levels of one, two or three `--verbose`. */
export type OnVerbose = (level: 1 | 2 | 3, text: string) => void;
