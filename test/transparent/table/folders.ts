// Where make runs, and under which name.

import { type Scenario, s, untracked, W } from '../scenario';

export const folders: Scenario[] = [
  s('-C from above', 'cd .. && make -C host world', W),
  s('-C in one word', 'cd .. && make -Chost world', W),
  s('-C as --directory=', 'cd .. && make --directory=host world', W),
  s('-C as --directory', 'cd .. && make --directory host fail'),
  s('-C abbreviated', 'cd .. && make --dir host one'),
  s('-C behind other flags', 'cd .. && make -ksC host flaky'),
  s('-C twice', 'cd .. && make -C host -C sub -C .. one'),
  s('-C and --no-print-directory', 'cd .. && make --no-print-directory -C host world'),
  s('-C and -w', 'cd .. && make -wC host fail'),
  s('-C and sub-makes', 'cd .. && make -C host sub-loud sub again', W),
  s('-C and -s', 'cd .. && make -s -C host world'),
  s('-C after the goal', 'cd .. && make one -C host X=1'),
  s(
    '-C and $(PWD)',
    'cd .. && make -C host pwd; env -u PWD make -C host pwd; PWD=/ make -C host pwd',
  ),
  s('-C into a folder of its own', 'make -C sub', untracked),
  s('-C into nowhere', 'make -C nowhere one', untracked),
  s('path with spaces and non-ASCII letters', 'make world sub-loud fail', {
    folder: 'mein Zuhause – größer 家',
  }),
  s('path with quotes and a dollar', 'make world sub-loud', { folder: `it's "$HOME" & co` }),
  s('-C and a path with spaces', 'cd .. && make -C "a b" world', { ...W, folder: 'a b' }),
  s('folder entered by a symlink', 'ln -s "$PWD" ../link && cd ../link && make world pwd'),
  s('make by its path', '"$(command -v make)" world sub'),
  s(
    'make by a path with a quote and a space',
    'mkdir "../it\'s a" && cp "$(command -v make)" "../it\'s a/make" && "../it\'s a/make" one X=1 fail',
  ),
  s('make by a relative path', 'cp "$(command -v make)" sub/make && sub/make world; rm sub/make'),
  s(
    'make by another name',
    'cp "$(command -v make)" ../gm && PATH="$PWD/..:$PATH" && gm world fail',
    {},
  ),
];
