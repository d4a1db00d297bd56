import type {RecordedEnds} from '../history/recorded-ends.js';
import type {RunRecord} from '../history/run-record.js';

/**
 * What of a task is another than it was in a run, in words for whoever edited the configuration; undefined when
 * nothing is. Records of earlier versions do not have their ends, and a faulty task does not tell them: they count.
 */
export function changedEnds(
  {source, target}: Pick<RunRecord, 'source' | 'target'>,
  now: RecordedEnds | undefined,
): string | undefined {
  const isOtherSource = now !== undefined && source !== undefined && source !== now.source;
  const isOtherTarget =
    now !== undefined && target !== undefined && (target.path !== now.target.path || target.host !== now.target.host);
  const before = [
    ...(isOtherSource ? [source] : []),
    ...(isOtherTarget ? [`${target.path} on ${target.host}`] : []),
  ].join(' to ');
  if (isOtherSource && isOtherTarget) return `its source and its target were changed since the last success: ${before}`;
  if (isOtherSource) return `its source was changed since the last success: ${before}`;
  return isOtherTarget ? `its target was changed since the last success: ${before}` : undefined;
}
