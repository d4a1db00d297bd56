import {Greeting} from '../../bdsync/conversation/greeting.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {MessageDecoder} from '../../bdsync/wire/message-decoder.js';
import {parseSize} from '../../bdsync/wire/opening-messages.js';

interface AnnouncedSizeRequest {
  /** Called once, when the size is known. */
  readonly onSize: () => void;
  /** Called once, when the server speaks something else than the protocol. */
  readonly onFault: () => void;
}

/**
 * Looks at a server's side of a conversation that goes on to somebody else: at the size that it announces, and at
 * what it says instead if it does not speak the protocol. Later messages are not looked at.
 */
export class AnnouncedSize {
  readonly #request: AnnouncedSizeRequest;
  #sizeBytes: number | undefined;
  #cause: BdsyncError | undefined;
  /** The first bytes, as long as they may be something else than the protocol. */
  #greeting: Greeting | undefined = new Greeting();

  constructor(request: AnnouncedSizeRequest) {
    this.#request = request;
  }

  get sizeBytes(): number | undefined {
    return this.#sizeBytes;
  }

  /** What is wrong with the server's words up to now; undefined when nothing is. */
  get fault(): BdsyncError | undefined {
    return this.#cause && (this.#greeting?.error('server', this.#cause) ?? this.#cause);
  }

  /** Passes everything on unchanged, whatever it is. */
  async *observe(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const decoder = new MessageDecoder();
    for await (const chunk of source) {
      this.#greeting?.push(chunk);
      if (this.#sizeBytes === undefined && this.#cause === undefined) this.#look(decoder, chunk);
      yield chunk;
    }
  }

  #look(decoder: MessageDecoder, chunk: Uint8Array): void {
    try {
      for (const message of decoder.push(chunk)) {
        this.#greeting = undefined;
        if (message.kind !== 'size') continue;
        this.#sizeBytes = parseSize(message.payload);
        this.#request.onSize();
        return;
      }
    } catch (error) {
      if (!(error instanceof BdsyncError)) throw error;
      this.#cause = error;
      this.#request.onFault();
    }
  }
}
