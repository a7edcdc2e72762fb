import { stat, statfs } from 'node:fs/promises'

/** Linux' numbers of file systems that this machine alone writes (linux/magic.h): ext2 to ext4, XFS, Btrfs,
 *  F2FS, ZFS, tmpfs, and the layers of a container. */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
])

/**
 * The device of a folder where looking a file up always tells its newest version, without waiting for
 * another machine; undefined where that is not known. Over a network (NFS, SMB, FUSE) a look may be answered
 * from memory for some seconds, while opening a file asks the server.
 */
export async function localDevice(folder: string): Promise<bigint | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const { type } = await statfs(folder)
    // The kernel's numbers are 32 bits wide, and come with a sign from some platforms.
    if (!LOCAL_TYPES.has(type >>> 0)) return undefined
    return (await stat(folder, { bigint: true })).dev
  } catch {
    return undefined
  }
}
