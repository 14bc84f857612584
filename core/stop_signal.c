#include "core/stop_signal.h"

#include <stdbool.h>
#include <stddef.h>

static volatile sig_atomic_t seen, insists, abandons;

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

static void catch_one(int number)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, was;
    sigemptyset(&a.sa_mask);
    if (sigaction(number, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
        sigaction(number, &a, NULL);
}

static void release_one(int number)
{
    struct sigaction was;
    if (sigaction(number, NULL, &was) == 0 && was.sa_handler == on_signal)
        signal(number, SIG_DFL);
}

void cad_stop_interrupt_catch(void)
{
    catch_one(SIGINT);
}

void cad_stop_interrupt_release(void)
{
    release_one(SIGINT);
}

void cad_stop_abandon_catch(void)
{
    abandons = 1;
    catch_one(SIGINT);
    catch_one(SIGTERM);
}

void cad_stop_abandon_release(void)
{
    release_one(SIGINT);
    release_one(SIGTERM);
    abandons = 0;
}

cad_status cad_stop_abandoned(void)
{
    if (abandons && seen)
        CAD_FAIL(CAD_EINTR, "interrupted; nothing was kept");
    return CAD_OK;
}

const volatile sig_atomic_t *cad_stop_signal(void)
{
    return &seen;
}
