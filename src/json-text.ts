/** One JSON document; what is undefined inside is null, so that every document of a kind has the same keys. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, toData, 2)}\n`;
}

function toData(_key: string, value: unknown): unknown {
  if (value === undefined) return null;
  // JSON leaves the message of an error out.
  return value instanceof Error
    ? Object.assign(Object.fromEntries(Object.entries(value)), {message: value.message})
    : value;
}
