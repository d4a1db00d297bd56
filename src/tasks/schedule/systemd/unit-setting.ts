/** Lines of a unit, and why they are there. */
export interface UnitSetting {
  readonly why?: string;
  readonly lines: readonly string[];
}

export function settingLines(settings: readonly UnitSetting[]): string[] {
  return settings.flatMap(({why, lines}) => (why === undefined ? [...lines] : [`# ${why}`, ...lines]));
}
