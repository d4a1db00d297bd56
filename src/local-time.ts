/** `2026-11-21 02:04:09`, in the time zone of this machine. */
export function formatLocalTime(time: string | number): string {
  const date = new Date(time);
  const day = [date.getFullYear().toString().padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
