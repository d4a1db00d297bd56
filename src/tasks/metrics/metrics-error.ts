import {ExpectedError} from '../../errors.js';

/** The file for the figures cannot be written. */
export class MetricsError extends ExpectedError<'metrics-file'> {}
