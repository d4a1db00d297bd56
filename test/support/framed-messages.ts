/** The messages of one recorded direction, each with its frame. */
export function framedMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 4 + bytes.readUInt32LE(offset);
    messages.push(bytes.subarray(offset, end));
    offset = end;
  }
  return messages;
}
