import type {ExitStatus} from './exit-status.js';
import type {SignalSource} from '../interrupts.js';
import type {Prompt} from '../screen/prompt.js';
import type {Screen} from '../screen/screen.js';
import type {ServiceManagerOptions} from './service-manager.js';
import type {TasksLayer} from './tasks-layer.js';

/** The world of a command. */
export interface CommandContext {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly prompt: Prompt;
  readonly signals: SignalSource;
  /** Undefined when no systemd wants to know what a run is at. */
  readonly serviceManager: ServiceManagerOptions | undefined;
  readonly tasks: TasksLayer;
  /** Ends the program without waiting for anything. */
  readonly endAtOnce: (status: ExitStatus) => void;
  /** A command tells how it went. */
  readonly end: (status: ExitStatus) => void;
}
