// Reads INI text by oslo.config's rules: comments only at the start of a line, continuation lines, repeated keys,
// one pair of matching quotes around a value stripped. Gives entries with their line; meaning is added elsewhere.

export interface IniEntry {
  readonly group: string;
  readonly name: string;
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

export interface IniProblem {
  readonly line: number;
  readonly message: string;
}

export interface IniFile {
  readonly entries: readonly IniEntry[];
  readonly problems: readonly IniProblem[];
}

/** Parses INI text; a line that is none of section, comment, assignment or continuation becomes a problem. */
export function parseIni(source: string): IniFile {
  const reader = new IniReader();
  for (const [index, text] of source
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries())
    reader.line(text, index + 1);
  return {
    entries: reader.entries.map((entry) => ({ ...entry, value: unquote(entry.value) })),
    problems: reader.problems,
  };
}

class IniReader {
  readonly entries: { group: string; name: string; value: string; line: number }[] = [];
  readonly problems: IniProblem[] = [];
  #group = 'DEFAULT';
  /** The option that a continuation line would extend. */
  #open: { value: string } | null = null;

  line(text: string, line: number): void {
    if (text.trim() === '') this.#open = null;
    else if (/^[#;]/.test(text))
      return; // A comment; it does not end a continuation.
    else if (/^\s/.test(text)) this.#continue(text.trim(), line);
    else if (text.startsWith('[')) this.#section(text, line);
    else this.#assign(text, line);
  }

  #continue(text: string, line: number): void {
    if (this.#open) this.#open.value += `\n${text}`;
    else this.problems.push({ line, message: 'a continuation line follows no option' });
  }

  #section(text: string, line: number): void {
    this.#open = null;
    const name = /^\[([^\]]+)\]\s*$/.exec(text)?.[1];
    if (name === undefined) this.problems.push({ line, message: 'a section needs the form [name]' });
    else this.#group = name.trim();
  }

  #assign(text: string, line: number): void {
    const entry = assignment(text, this.#group, line);
    this.#open = entry;
    if (entry) this.entries.push(entry);
    else this.problems.push({ line, message: 'expected "option = value"' });
  }
}

function assignment(text: string, group: string, line: number) {
  const match = /^([^=:]+?)\s*[=:](.*)$/.exec(text);
  const name = match?.[1]?.trim();
  if (!name) return null;
  return { group, name, value: (match?.[2] ?? '').trim(), line };
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  return quoted?.[2] ?? value;
}
