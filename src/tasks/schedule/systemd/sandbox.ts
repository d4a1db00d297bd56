import {CONFINED_MARK} from '../../service-hint.js';
import type {ServiceNeeds} from '../service-needs.js';
import {quoteUnitWord} from './quote-unit-word.js';
import type {UnitSetting} from './unit-setting.js';

/**
 * What the service is kept from: all that its tasks do not need. Each exception says what it is for.
 *
 * @throws ScheduleError for a path that cannot be written into a unit.
 */
export function sandbox(needs: ServiceNeeds): UnitSetting[] {
  return needs.foreignPrograms.length > 0 ? looseSandbox(needs) : tightSandbox(needs);
}

const LVM_ARCHIVE = 'ReadWritePaths=-/etc/lvm/archive -/etc/lvm/backup -/etc/lvm/cache -/etc/lvm/devices';
const LVM_LOCKS = 'ReadWritePaths=-/run/lock/lvm -/run/lvm';

/** What nothing has a use for that belongs into a run. */
const FOR_ANY_PROGRAM = ['ProtectHostname=yes', 'LockPersonality=yes', 'RestrictRealtime=yes'];

function looseSandbox({foreignPrograms}: ServiceNeeds): UnitSetting[] {
  return [
    {
      why: `What your own programs need is not known here (${foreignPrograms.join(', ')}): they have nearly all that root has.`,
      lines: [
        'ProtectSystem=full',
        LVM_ARCHIVE,
        'ProtectControlGroups=yes',
        ...FOR_ANY_PROGRAM,
        'SystemCallFilter=~@clock @cpu-emulation @obsolete @raw-io @reboot @swap',
        'SystemCallErrorNumber=EPERM',
      ],
    },
  ];
}

function tightSandbox(needs: ServiceNeeds): UnitSetting[] {
  return [
    ...files(needs),
    ...devices(needs),
    ...network(needs),
    {
      lines: [
        'NoNewPrivileges=yes',
        'ProtectKernelTunables=yes',
        'ProtectKernelModules=yes',
        'ProtectKernelLogs=yes',
        'ProtectControlGroups=yes',
        'ProtectClock=yes',
        ...FOR_ANY_PROGRAM,
        'PrivateMounts=yes',
        'RestrictNamespaces=yes',
        'RestrictSUIDSGID=yes',
        'SystemCallArchitectures=native',
        'SystemCallFilter=@system-service',
        'SystemCallErrorNumber=EPERM',
      ],
    },
    capabilities(needs),
    {
      why: 'By this a run knows where it is, and can say what helps when it is refused something.',
      lines: [`Environment=${CONFINED_MARK}=yes`],
    },
    {
      why: 'Not here: User=, PrivateUsers= (devices and images belong to root and others), ProtectProc= (other runs are looked',
      lines: [
        '# for by their process), ProcSubset= (/proc/swaps tells what is in use), PrivateIPC= (LVM and udev wait for each other',
        '# by semaphores), MemoryDenyWriteExecute= (Node.js compiles JavaScript while it runs).',
      ],
    },
  ];
}

function files({writableFolders, lvm, ssh, temporaryFolders}: ServiceNeeds): UnitSetting[] {
  const settings: UnitSetting[] = [{lines: ['ProtectSystem=strict', 'ProtectHome=read-only']}];
  const folders = writableFolders.map((folder) => `ReadWritePaths=${quoteUnitWord(`-${folder}`)}`);
  if (folders.length > 0) settings.push({why: 'What is kept on this machine.', lines: folders});
  if (lvm) {
    settings.push({why: 'The locks and archives of LVM.', lines: [LVM_LOCKS, LVM_ARCHIVE]});
  }
  if (ssh) {
    settings.push({why: 'ssh writes known_hosts and shared connections.', lines: ['ReadWritePaths=-%h/.ssh']});
  }
  settings.push(
    temporaryFolders
      ? {why: 'Not PrivateTmp=: a path of the tasks is below /tmp or /var/tmp.', lines: []}
      : {lines: ['PrivateTmp=yes']},
  );
  return settings;
}

function devices({lvm, devices: needsDevices}: ServiceNeeds): UnitSetting[] {
  if (!needsDevices && !lvm) return [{lines: ['PrivateDevices=yes']}];
  if (!lvm) {
    return [{why: 'Block devices are read and written.', lines: ['DevicePolicy=closed', 'DeviceAllow=block-* rw']}];
  }
  return [
    {
      why: 'Block devices are read and written; LVM controls the device mapper, and makes nodes where udev does not.',
      lines: ['DevicePolicy=closed', 'DeviceAllow=block-* rwm', 'DeviceAllow=/dev/mapper/control rw'],
    },
  ];
}

function network({network: needsNetwork}: ServiceNeeds): UnitSetting[] {
  // NETLINK tells programs which addresses and devices there are.
  if (needsNetwork) return [{lines: ['RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6']}];
  return [
    {
      why: 'All is on this machine.',
      lines: ['RestrictAddressFamilies=AF_UNIX AF_NETLINK', 'IPAddressDeny=any', 'PrivateNetwork=yes'],
    },
  ];
}

function capabilities({lvm, writesHere}: ServiceNeeds): UnitSetting {
  if (lvm) {
    return {
      why: 'Snapshots: the device mapper (SYS_ADMIN), memory and priority while it suspends a device, nodes and their owners.',
      lines: [
        'CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_ADMIN CAP_IPC_LOCK CAP_SYS_NICE CAP_MKNOD CAP_CHOWN CAP_FOWNER',
      ],
    };
  }
  return writesHere
    ? {
        why: 'Images may belong to other users, as those of virtual machines do.',
        lines: ['CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH'],
      }
    : {
        why: 'Images may belong to other users, as those of virtual machines do; they are only read.',
        lines: ['CapabilityBoundingSet=CAP_DAC_READ_SEARCH'],
      };
}
