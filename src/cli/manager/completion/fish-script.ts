/** For fish 3.4 and newer; fish puts in quotes whatever needs them. */
export const FISH_SCRIPT = String.raw`# fish completion for bdsync-manager and bdsync; made by: bdsync-manager completion fish

function __bdsync_manager_complete
    # Without their quotes; older versions of fish know the second form only.
    set -l before (commandline -xpc 2>/dev/null; or commandline -opc)
    set -l current (string unescape -- (commandline -ct); or commandline -ct)
    set -l answer (bdsync-manager __complete fish $before "$current" 2>/dev/null)
    switch "$answer[1]"
        case words
            string collect -- $answer[3..-1]
        case files
            set -l value (string sub -s (math (string length -- "$answer[2]") + 1) -- "$current")
            printf '%s\n' $answer[2](complete -C "'' $(string escape -- "$value")")
        case folders
            set -l value (string sub -s (math (string length -- "$answer[2]") + 1) -- "$current")
            printf '%s\n' $answer[2](__fish_complete_directories "$value" '')
    end
end

complete -c bdsync-manager -f -a '(__bdsync_manager_complete)'
complete -c bdsync -f -a '(__bdsync_manager_complete)'
`;
