// Which hosts are this machine itself.

const LOOPBACK =
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|::1|\[::1\]|::ffff:127\.\d+\.\d+\.\d+)$/i;

/** Is this host, as a URL or a setting has it, this machine alone? */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
