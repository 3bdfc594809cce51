// What every archive promises, wherever it keeps its files: one suite for all of them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Archive, get, type Listed, put } from '../../../src/archive/archive.ts';

/** An archive to test, and how to open the same one again, as another process would. */
export interface Made {
  readonly archive: Archive;
  again(): Archive;
  end(): Promise<void> | void;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** The suite. `make` gives an empty archive. */
export function contract(name: string, make: () => Promise<Made> | Made): void {
  describe(`an archive: ${name}`, () => {
    let made: Made;
    let archive: Archive;
    beforeEach(async () => {
      made = await make();
      ({ archive } = made);
    });
    afterEach(() => made.end());

    const list = async (prefix = ''): Promise<string[]> => {
      const found: Listed[] = [];
      for await (const each of made.again().list(prefix)) found.push(each);
      return found.map(({ path }) => path);
    };

    it('gives back what was put, to another process too', async () => {
      await put(archive, 'a/b=1/part.parquet', bytesOf('hello'));
      expect((await get(made.again(), 'a/b=1/part.parquet'))?.toString()).toBe('hello');
      expect(await get(archive, 'a/b=1')).toBeUndefined();
      expect(await get(archive, 'a/b=1/other')).toBeUndefined();
      const content = (await archive.open('a/b=1/part.parquet'))!;
      expect(content.byteLength).toBe(5);
      expect(Buffer.from(await content.slice(1, 3)).toString()).toBe('el');
      expect(Buffer.from(await content.slice(3)).toString()).toBe('lo');
      await content.close();
    });

    it('shows nothing of a file before it is whole', async () => {
      const upload = await archive.create('x/y');
      await upload.write(Buffer.alloc(3_000_000, 1));
      expect(await list()).toEqual([]);
      expect(await archive.open('x/y')).toBeUndefined();
      await upload.commit();
      expect(await list()).toEqual(['x/y']);
      await upload.discard();
      expect((await get(archive, 'x/y'))?.length).toBe(3_000_000);
    });

    it('keeps the old file until the new one is whole', async () => {
      await put(archive, 'x', bytesOf('old'));
      const given = await archive.create('x');
      await given.write(bytesOf('half'));
      await given.discard();
      expect((await get(archive, 'x'))?.toString()).toBe('old');
      const upload = await archive.create('x');
      await upload.write(bytesOf('n'));
      await upload.write(bytesOf('ew'));
      expect((await get(archive, 'x'))?.toString()).toBe('old');
      await upload.commit();
      expect((await get(archive, 'x'))?.toString()).toBe('new');
      expect(await list()).toEqual(['x']);
    });

    it('forgets uploads whose process died', async () => {
      const upload = await archive.create('dead');
      await upload.write(bytesOf('half'));
      const next = made.again();
      await next.tidy();
      expect(await list()).toEqual([]);
      await put(next, 'alive', bytesOf('1'));
      expect(await list()).toEqual(['alive']);
      await upload.discard();
    });

    it('writes several files at once', async () => {
      const uploads = await Promise.all(['p', 'q', 'r'].map((path) => archive.create(path)));
      await Promise.all(uploads.map((upload, index) => upload.write(bytesOf(`${index}`))));
      await Promise.all(uploads.map((upload) => upload.commit()));
      const texts = await Promise.all(['p', 'q', 'r'].map((path) => get(archive, path)));
      expect(texts.map(String)).toEqual(['0', '1', '2']);
    });

    it('lists by prefix, in the order of the bytes of names', async () => {
      const names = ['a-b/2', 'a/10', 'a/2', 'a/2/deep', 'a=1/x', 'ab', 'b'];
      for (const name of names.filter((each) => each !== 'a/2')) {
        await put(archive, name, bytesOf(name));
      }
      const there = names.filter((each) => each !== 'a/2').sort();
      expect(await list()).toEqual(there);
      expect(await list('a/')).toEqual(['a/10', 'a/2/deep']);
      expect(await list('a/1')).toEqual(['a/10']);
      expect(await list('a')).toEqual(there.filter((each) => each.startsWith('a')));
      expect(await list('nothing/here')).toEqual([]);
    });

    it('removes a file, twice without complaint', async () => {
      await put(archive, 'x/y/z', bytesOf('1'));
      await archive.remove('x/y/z');
      await archive.remove('x/y/z');
      await archive.remove('never/was');
      expect(await list()).toEqual([]);
      expect(await get(archive, 'x/y/z')).toBeUndefined();
    });

    it('refuses names that lead elsewhere', async () => {
      for (const path of ['', '/x', '../x', 'a/../x', 'a//b', '.x', 'a/.x', 'a\\b', 'a\0b', 'x/']) {
        await expect(Promise.resolve().then(() => archive.create(path))).rejects.toThrow(/no name/);
        await expect(Promise.resolve().then(() => archive.open(path))).rejects.toThrow(/no name/);
        await expect(Promise.resolve().then(() => archive.remove(path))).rejects.toThrow(/no name/);
      }
    });
  });
}
