// A tar archive, written as it is read: how many files travel in one answer.

const BLOCK = 512;

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  // No time: the same data makes the same archive.
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Blocks of an archive of files whose paths are shorter than 100 letters. */
export async function* tar(
  files: AsyncIterable<{ path: string; bytes: Buffer }>,
): AsyncGenerator<Buffer> {
  for await (const { path, bytes } of files) {
    yield header(path, bytes.length);
    yield bytes;
    const over = bytes.length % BLOCK;
    if (over > 0) yield Buffer.alloc(BLOCK - over);
  }
  yield Buffer.alloc(2 * BLOCK);
}
