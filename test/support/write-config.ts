import {writeFile} from 'node:fs/promises';

type Section = Readonly<Record<string, string>>;

/** Writes a configuration; the sections come in the order of the object. */
export async function writeConfig(path: string, sections: Readonly<Record<string, Section>>): Promise<string> {
  const text = Object.entries(sections)
    .map(([name, keys]) =>
      [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`), ''].join('\n'),
    )
    .join('\n');
  await writeFile(path, text);
  return path;
}
