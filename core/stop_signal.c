#include "core/stop_signal.h"

#include <stdbool.h>
#include <stddef.h>

static volatile sig_atomic_t seen, insists;

static void on_signal(int number)
{
    bool hard = number == SIGINT || number == SIGTERM;
    if (hard && insists) {
        signal(number, SIG_DFL);
        raise(number); /* acts as soon as this handler has returned */
    }
    insists = insists || hard;
    if (seen != SIGINT)
        seen = number;
}

void cad_stop_signals_catch(void)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGUSR2, &a, NULL);
}

void cad_stop_interrupt_catch(void)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, was;
    sigemptyset(&a.sa_mask);
    if (sigaction(SIGINT, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
        sigaction(SIGINT, &a, NULL);
}

void cad_stop_interrupt_release(void)
{
    struct sigaction was;
    if (sigaction(SIGINT, NULL, &was) == 0 && was.sa_handler == on_signal)
        signal(SIGINT, SIG_DFL);
}

const volatile sig_atomic_t *cad_stop_signal(void)
{
    return &seen;
}
