export interface DebRequest {
  /** The checkout, built. */
  readonly root: string;
  readonly outFolder: string;
  /** Of the program, `0.9.0`. */
  readonly version: string;
  /** Of all files, since 1970. */
  readonly dateSeconds: number;
  readonly maintainer: {readonly name: string; readonly email: string};
}
