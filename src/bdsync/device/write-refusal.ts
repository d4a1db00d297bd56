import {BdsyncError} from '../errors.js';

/** The system refuses to write there at all, and has taken nothing of what it was given: the device is as it was. */
export class WriteRefusal extends BdsyncError {}
