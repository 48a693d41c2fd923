// Runs compile_folder.py on the CPython that the npm package pyodide carries.
// Arguments: the folder that has pyodide in node_modules, the folder to compile, the version of Python.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [packages, folder, version] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${packages}/node_modules/pyodide/pyodide.mjs`));
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
python.mountNodeFS("/asset", folder);
const program = python.toPy({ __name__: "compile_folder" });
python.runPython(readFileSync(new URL("compile_folder.py", import.meta.url), "utf8"), { globals: program });
process.exitCode = program.get("main")("/asset", version);
