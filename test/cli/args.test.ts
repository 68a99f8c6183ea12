// The command line says what is wrong and never guesses.
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/cli/args.ts';

describe('conductor command line', () => {
  it('turns the flags of serve into configuration sources', () => {
    const command = parseCommand([
      'serve',
      '--config-file',
      'a',
      '--config-file',
      'b',
      '--port',
      '0',
      '--store',
      'etcd',
      '--roles',
      'api,solver',
    ]);
    expect(command).toEqual({
      name: 'serve',
      sources: {
        files: ['a', 'b'],
        dirs: [],
        overrides: new Map([
          ['listener.port', '0'],
          ['db_options.db_backend', 'etcd'],
          ['gateway.roles', 'api,solver'],
        ]),
      },
    });
  });

  it.each([
    [[], 'a command is needed'],
    [['fly'], 'unknown command "fly"'],
    [['constructor'], 'unknown command "constructor"'],
    [['serve', 'now'], 'unexpected "now"'],
    [['config'], 'config needs --sample'],
    [['healthcheck', '--port', '1'], '--port does not go with healthcheck'],
    [['serve', '--prot', '1'], "Unknown option '--prot'"],
  ])('%j is a usage error: %s', (argv, problem) => {
    expect(parseCommand(argv)).toEqual({ name: 'usage', problem });
  });

  it('answers --help and --version wherever they stand', () => {
    expect(parseCommand(['serve', '--help'])).toEqual({ name: 'help' });
    expect(parseCommand(['--version'])).toEqual({ name: 'version' });
  });
});
