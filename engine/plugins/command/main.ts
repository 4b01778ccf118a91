import { serveMain } from "../../provider/serve";
import { command } from "./definition";

void serveMain(command);
