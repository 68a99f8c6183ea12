// `conductor validate`: judges template files without a gateway and prints one line a broken rule, as compilers do.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** One broken rule. */
interface FileIssue {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
}

export interface ValidateParts {
  /** Judges the text of one template; `files` are the contents for `get_file`. */
  check(text: string, files: Readonly<Record<string, string>>): Promise<readonly FileIssue[]>;
  /** Prints a line to standard output, or a problem of the command itself to standard error. */
  print(line: string): void;
  complain(line: string): void;
}

/** Control characters would let a template write over the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

function lineOf(file: string, { path, message, line }: FileIssue): string {
  return printable(`${file}:${line ?? 1}: ${path === '' ? '' : `${path}: `}${message}`);
}

/** All files below a folder as text, by their path in it with `/`. */
async function readFolder(folder: string | null): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const name of folder === null ? [] : await readdir(folder, { recursive: true })) {
    const place = join(folder ?? '', name);
    if ((await stat(place)).isFile()) entries.push([name.split(sep).join('/'), await readFile(place, 'utf8')]);
  }
  return Object.fromEntries(entries);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/**
 * Prints `file:line: path: message` for each broken rule, `file: valid` for a file without. Answers the exit code: 0 all valid,
 * 1 something is not valid or cannot be read.
 */
export async function validateFiles(
  files: readonly string[],
  folder: string | null,
  { check, print, complain }: ValidateParts,
): Promise<number> {
  let contents: Record<string, string>;
  try {
    contents = await readFolder(folder);
  } catch (error) {
    complain(`conductor: the folder ${folder} cannot be read (${reasonOf(error)})`);
    return 1;
  }
  let code = 0;
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      complain(`conductor: ${file} cannot be read (${reasonOf(error)})`);
      return null;
    });
    const issues = text === null ? null : await check(text, contents);
    if (issues === null || issues.length > 0) code = 1;
    for (const issue of issues ?? []) print(lineOf(file, issue));
    if (issues?.length === 0) print(printable(`${file}: valid`));
  }
  return code;
}
