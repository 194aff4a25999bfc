import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { Files } from './files.ts';
import { Secret, type SecretRef } from './secret.ts';
import type { Surroundings } from './section.ts';

const READABLE_BY_GROUP = 0o040;
const READABLE_OR_WRITABLE_BY_ALL = 0o006;

/**
 * @param name the key that wants it, for the message
 * @throws MeshError `secret-unreadable` when it is not there or empty, `secret-exposed` when others can read its file
 */
export async function readSecret(name: string, ref: SecretRef, around: Surroundings, files: Files): Promise<Secret> {
  if (ref.file !== undefined) return readSecretFile(name, ref.file, files);
  const variable = ref.env ?? '';
  const value = around.env[variable];
  if (!value) throw unreadable(name, `$${variable}`, value === undefined ? 'it is not set' : 'it is empty');
  return new Secret(value, `$${variable}`);
}

export async function readSecretFile(name: string, file: string, files: Files): Promise<Secret> {
  const text = await attempt(name, file, () => files.read(file));
  if (text === undefined) throw unreadable(name, file, 'there is no such file');
  await refuseExposed(name, file, files);
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw unreadable(name, file, 'it is empty');
  return new Secret(value, file);
}

/** Kubernetes gives a mounted secret to the pod's group: that one may read it, a stranger's may not (T8). */
async function refuseExposed(name: string, file: string, files: Files): Promise<void> {
  const groups = files.groups();
  if (groups === undefined) return;
  const { mode, gid } = await attempt(name, file, () => files.owner(file));
  const strangers = (mode & READABLE_BY_GROUP) !== 0 && !groups.includes(gid);
  if ((mode & READABLE_OR_WRITABLE_BY_ALL) === 0 && !strangers) return;
  throw new MeshError('secret-exposed', { file, mode: (mode & 0o777).toString(8).padStart(4, '0') });
}

async function attempt<T>(name: string, file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unreadable(name, file, messageOf(error), error);
  }
}

function unreadable(name: string, file: string, problem: string, cause?: unknown): MeshError {
  return new MeshError('secret-unreadable', { name, file, problem }, { cause });
}
