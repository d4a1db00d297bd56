import {userInfo} from 'node:os';

/** Who runs this process, for messages; `user 1234` for a user id without a name, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`;
  }
}
