import type {KeyContext} from '../key-rule.js';
import {localPath, remotePath, remoteProgram} from '../path-values.js';

export function parseLocalPath(text: string, context: KeyContext): string {
  return localPath(text, context.homeFolderOf);
}

export function parseTargetPath(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remotePath(text) : localPath(text, context.homeFolderOf);
}

/** Without a connection nothing is started elsewhere, and what `[DEFAULT]` says for other tasks does no harm. */
export function parseRemoteProgram(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remoteProgram(text) : text;
}

export function parseTargetProgram(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remoteProgram(text) : localPath(text, context.homeFolderOf);
}
