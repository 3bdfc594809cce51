// What has many names has one in its column.

import { describe, expect, it } from 'vitest';
import { written } from '../src/values';

describe('an operating system', () => {
  it.each<[string, string[]]>([
    ['linux', ['linux', 'Linux', 'LINUX', ' Linux ', 'GNU/Linux', 'Linux 6.1']],
    ['windows', ['Windows', 'windows', 'win32', 'Win32', 'Windows_NT', 'Windows 11', 'win']],
    ['macos', ['Darwin', 'darwin', 'macOS', 'Mac OS X', 'mac os', 'OS X', 'MacOS 14.5']],
    ['android', ['Android']],
    ['winamp-os', ['Winamp-OS']],
  ])('is %s under each of its names: %j', (name, all) => {
    expect(all.map((each) => written('os', each))).toEqual(all.map(() => name));
  });
});

describe('a program', () => {
  it.each([
    ['npm', 'npm/10.8.2 node/v20.20.0 linux x64 workspaces/false'],
    ['pnpm', 'pnpm@9.1.0'],
    ['yarn', ' Yarn '],
    [undefined, '@/'],
  ])('is %s without its version: %s', (name, text) => expect(written('tool', text)).toBe(name));
});

describe('a major version', () => {
  it.each([
    ['20', 'v20.11.1'],
    ['20', '20'],
    ['22', '22.x'],
    [undefined, 'lts'],
    [undefined, '20a'],
    [undefined, '123456.1'],
  ])('is %s in %s', (major, text) => expect(written('major', text)).toBe(major));
});
