/** Packages that are not installed with retrodict. */
import { UsageError } from '../core/errors.js';

/** @throws UsageError with the command that installs it, where it is missing. */
export async function optional<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(`this needs a package that is not installed: npm install ${name}`, { cause: error });
  }
}
