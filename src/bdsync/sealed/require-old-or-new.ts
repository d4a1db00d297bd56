import {OldOrNew} from './old-or-new.js';
import type {SealedPatchFacts} from './sealed-patch.js';
import {type SealedSession, within} from './sealed-session.js';
import {SavedContent} from './saved-content.js';
import type {TargetSizes} from './target-state.js';

/**
 * Makes sure, before what was interrupted is finished or undone, that nobody else has written to the target since:
 * wherever the patch writes, it must have what it had, which the journal tells, or what the patch brings. Both go through
 * the same places in the same order, and are read side by side.
 *
 * @throws BdsyncError 'target-changed' naming the first other place; 'journal' where patch and journal do not go through
 *   the same places; and what reading these throws.
 */
export async function requireOldOrNew(
  {patch, paths, device, progress, request}: SealedSession,
  facts: SealedPatchFacts,
  {before, after}: TargetSizes,
): Promise<void> {
  using target = new OldOrNew(device);
  await using saved = new SavedContent(paths.whole, request.signal);
  progress.begin(3, facts.seal.patchBytes, after);
  for await (const extents of patch.extents(facts)) {
    for (const extent of extents) {
      const {position, data} = within(extent, after);
      const savedBytes = Math.min(data.length, Math.max(0, before - position));
      for (let done = 0; done < savedBytes; ) {
        const old = await saved.take(position + done, savedBytes - done);
        await target.add({position: position + done, old, new: data.subarray(done, done + old.length)});
        done += old.length;
      }
      // Nothing was there: a file that has been made longer has zeros.
      const added = data.subarray(savedBytes);
      await target.add({position: position + savedBytes, old: Buffer.alloc(added.length), new: added});
      progress.add(extent.data.length);
    }
  }
  // What was cut off, and is made longer again to undo that, has zeros, too.
  for await (const {position, data} of saved.rest(after)) {
    await target.add({position, old: data, new: Buffer.alloc(data.length)});
  }
  await target.finish();
}
