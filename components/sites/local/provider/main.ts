/** The provider's process: the engine starts it and reads its port. */
import { serveMain } from "../../../../engine/provider/serve";
import { nspawnProvider } from "./definition";

void serveMain(nspawnProvider);
