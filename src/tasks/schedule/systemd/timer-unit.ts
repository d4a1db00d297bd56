export interface TimerUnitRequest {
  /** Comments that say where it is from. */
  readonly head: readonly string[];
  readonly unitName: string;
  /** Calendar events of systemd.time(7), as `calendarEvent` returns them. */
  readonly onCalendar: readonly string[];
  readonly randomizedDelaySeconds: number;
}

/** The text of the timer that starts the service of the same name. */
export function timerUnit({head, unitName, onCalendar, randomizedDelaySeconds}: TimerUnitRequest): string {
  const delay = [
    '# At another time of this span on each machine, and always the same one: many do not begin at once.',
    `RandomizedDelaySec=${randomizedDelaySeconds}`,
    'FixedRandomDelay=yes',
  ];
  return [
    ...head,
    `# What you want to be otherwise belongs in a drop-in: systemctl edit ${unitName}.timer`,
    '[Unit]',
    'Description=When copies of block devices and disk images are brought in step',
    'Documentation=man:bdsync-manager(1)',
    '',
    '[Timer]',
    ...onCalendar.map((event) => `OnCalendar=${event}`),
    ...(randomizedDelaySeconds > 0 ? delay : []),
    '# What was missed while the machine was off is made up for when it is on again.',
    'Persistent=yes',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}
