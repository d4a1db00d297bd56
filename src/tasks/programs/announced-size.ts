import {MessageDecoder} from '../../bdsync/wire/message-decoder.js';
import {parseSize} from '../../bdsync/wire/opening-messages.js';

/**
 * Passes a server's side of a conversation on unchanged and tells the size that it announces; after that it does not
 * look any more.
 */
export function announcedSize(
  onSize: (sizeBytes: number) => void,
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* observe(source) {
    let decoder: MessageDecoder | undefined = new MessageDecoder();
    for await (const chunk of source) {
      if (decoder) {
        for (const message of decoder.push(chunk)) {
          if (message.kind !== 'size') continue;
          onSize(parseSize(message.payload));
          decoder = undefined;
          break;
        }
      }
      yield chunk;
    }
  };
}
