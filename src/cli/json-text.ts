/** One JSON document; what is undefined inside is null, so that every document of a kind has the same keys. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, (_key, inner: unknown) => (inner === undefined ? null : inner), 2)}\n`;
}
