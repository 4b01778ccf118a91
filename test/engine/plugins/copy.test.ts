import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { failureOf, TestStack } from "../engine-fixture";
import { Sshd } from "../sshd";

describe("command:remote:CopyToRemote", function () {
  this.timeout(120_000);
  let sshd: Sshd;
  let stack: TestStack;

  before(async () => {
    sshd = await Sshd.start();
  });
  after(() => sshd.dispose());
  beforeEach(async () => {
    stack = await TestStack.create();
  });
  afterEach(() => stack.dispose());

  const at = (...path: string[]): string => join(stack.folder, ...path);
  const copyOf = (source: pulumi.asset.Asset | pulumi.asset.Archive, remotePath: string) => () => {
    new remote.CopyToRemote("copy", { connection: sshd.connection, source, remotePath });
    return Promise.resolve();
  };

  it("copies a file, again when its content changes, and leaves the copy behind", async () => {
    writeFileSync(at("source"), "one");
    const program = () => copyOf(new pulumi.asset.FileAsset(at("source")), at("new/folder/copy"))();
    await stack.up(program);
    assert.equal(readFileSync(at("new/folder/copy"), "utf8"), "one");
    rmSync(at("new/folder/copy"));
    assert.deepEqual((await stack.up(program)).steps, []);
    assert.ok(!existsSync(at("new/folder/copy")), "an unchanged source is not copied again");
    writeFileSync(at("source"), "two");
    assert.deepEqual((await stack.up(program)).steps, ["update copy"]);
    assert.equal(readFileSync(at("new/folder/copy"), "utf8"), "two");
    await stack.destroy();
    assert.equal(readFileSync(at("new/folder/copy"), "utf8"), "two");
  });

  it("copies a file into a folder that exists, under its own name", async () => {
    writeFileSync(at("source"), "one");
    mkdirSync(at("folder"));
    await stack.up(copyOf(new pulumi.asset.FileAsset(at("source")), at("folder")));
    assert.equal(readFileSync(at("folder/source"), "utf8"), "one");
  });

  it("writes a text, and refuses to write it where a folder is", async () => {
    await stack.up(copyOf(new pulumi.asset.StringAsset("läuft\n"), at("text")));
    assert.equal(readFileSync(at("text"), "utf8"), "läuft\n");
    mkdirSync(at("folder"));
    const failure = await failureOf(stack.up(copyOf(new pulumi.asset.StringAsset("x"), at("folder"))));
    assert.match(failure.message, /remotePath .*folder is a folder on the host/);
  });

  it("copies a folder by its name, and with a slash at its end what is in it", async () => {
    mkdirSync(at("tree/sub"), { recursive: true });
    writeFileSync(at("tree/sub/file"), "deep");
    writeFileSync(at("tree/big"), Buffer.alloc(3_000_000, 7));
    await stack.up(copyOf(new pulumi.asset.FileArchive(at("tree")), at("by-name")));
    assert.equal(readFileSync(at("by-name/tree/sub/file"), "utf8"), "deep");
    assert.equal(statSync(at("by-name/tree/big")).size, 3_000_000);
    await stack.up(copyOf(new pulumi.asset.FileArchive(`${at("tree")}/`), at("inside")));
    assert.equal(readFileSync(at("inside/sub/file"), "utf8"), "deep");
  });

  it("copies an archive of named assets", async () => {
    writeFileSync(at("source"), "file");
    const source = new pulumi.asset.AssetArchive({
      "etc/text": new pulumi.asset.StringAsset("text"),
      file: new pulumi.asset.FileAsset(at("source")),
    });
    await stack.up(copyOf(source, at("target")));
    assert.equal(readFileSync(at("target/etc/text"), "utf8"), "text");
    assert.equal(readFileSync(at("target/file"), "utf8"), "file");
  });

  it("names the host and the path when the host refuses the copy", async () => {
    writeFileSync(at("in-the-way"), "");
    const failure = await failureOf(
      stack.up(copyOf(new pulumi.asset.StringAsset("x"), at("in-the-way/file"))),
    );
    assert.match(failure.message, /127\.0\.0\.1: .*in-the-way/);
  });

  it("refuses a source that is neither an asset nor an archive", async () => {
    const failure = await failureOf(stack.up(copyOf("text", "/tmp/x")));
    assert.match(failure.message, /source[^]*an asset or an archive/);
  });
});

describe("command:remote:CopyFile", function () {
  this.timeout(60_000);

  it("copies a local file", async () => {
    const sshd = await Sshd.start();
    const stack = await TestStack.create();
    try {
      writeFileSync(join(stack.folder, "source"), "content");
      await stack.up(() => {
        new remote.CopyFile("copy", {
          connection: sshd.connection,
          localPath: join(stack.folder, "source"),
          remotePath: join(stack.folder, "copy"),
        });
        return Promise.resolve();
      });
      assert.equal(readFileSync(join(stack.folder, "copy"), "utf8"), "content");
    } finally {
      stack.dispose();
      await sshd.dispose();
    }
  });
});
