// Fetches llama-server from Debian's archive for the tests below test/host, where it is not here yet.
import { installLlamaServer, LLAMA_DIR } from './install.ts';

installLlamaServer();
console.log(`llama-server is in ${LLAMA_DIR}`);
