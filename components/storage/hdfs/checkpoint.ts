import { RoleFile, ROLE_STATE } from "../../hosts/role";

/** Timer that starts with the only name node of a cluster. */
export const CHECKPOINT_TIMER = "namenode-checkpoint.timer";

/** Where a checkpoint is put together: on the name node's volume, as it is as large as the image. */
export const CHECKPOINT_FOLDER = "/data/namenode/checkpoint";

/** Units that look once an hour whether the edits of the only name node are to be folded into its image. */
export function checkpointUnits(): RoleFile[] {
  return [
    {
      path: "/etc/systemd/system/namenode-checkpoint.service",
      content: `[Unit]
Description=Checkpoint of the HDFS name node
After=namenode.service

[Service]
Type=oneshot
ExecStart=/usr/bin/bash ${ROLE_STATE}/namenode/active/scripts/namenode/checkpoint.sh
TimeoutStartSec=1h
Nice=10
`,
    },
    {
      path: `/etc/systemd/system/${CHECKPOINT_TIMER}`,
      content: `[Unit]
Description=Checkpoints of the HDFS name node
PartOf=namenode.service

[Timer]
OnActiveSec=1h
OnUnitInactiveSec=1h
RandomizedDelaySec=5min
`,
    },
  ];
}
