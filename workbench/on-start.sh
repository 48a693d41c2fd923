#!/bin/bash
# Runs as root whenever the notebook instance starts. It fetches nothing: the program comes with it.
# A timer of systemd's: Amazon Linux 2023 has no cron.
set -euo pipefail
program=/usr/local/lib/slipway/stop_when_idle.py
units=/etc/systemd/system

mkdir -p "$(dirname "$program")"
cat > "$program" << 'END OF PROGRAM'
@PROGRAM@
END OF PROGRAM

cat > "$units/stop-when-idle.service" << END
[Unit]
Description=Stops the notebook instance when nobody has used it for @MINUTES@ minutes

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 $program @MINUTES@
# What is written there arrives in CloudWatch, as the instance's stream jupyter.log.
StandardOutput=append:/var/log/jupyter.log
StandardError=append:/var/log/jupyter.log
END

cat > "$units/stop-when-idle.timer" << 'END'
[Unit]
Description=Looks every five minutes whether the notebook instance is idle

[Timer]
OnCalendar=*:0/5
END

systemctl daemon-reload
systemctl start stop-when-idle.timer
