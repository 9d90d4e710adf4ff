#include "base/task.h"

void fz_task_begin(struct fz_task *task, int64_t now_us)
{
    task->state = FZ_TASK_WORKING;
    task->total = task->done = task->failed = 0;
    task->since_us = now_us;
    task->worked_us = 0;
    task->was_canceled = false;
    task->failure = (struct fz_error){0};
}

static void pause_clock(struct fz_task *task, int64_t now_us)
{
    task->worked_us = fz_task_worked_us(task, now_us);
    task->since_us = now_us;
}

void fz_task_end(struct fz_task *task, int64_t now_us)
{
    pause_clock(task, now_us);
    task->was_canceled = task->state == FZ_TASK_CANCELED;
    task->state = FZ_TASK_IDLE;
}

static bool change(struct fz_task *task, enum fz_task_state state, int64_t now_us)
{
    pause_clock(task, now_us);
    task->state = state;
    if (task->obey)
        task->obey(task->ctx);
    return true;
}

bool fz_task_suspend(struct fz_task *task, int64_t now_us)
{
    return task->state == FZ_TASK_WORKING && change(task, FZ_TASK_SUSPENDED, now_us);
}

bool fz_task_resume(struct fz_task *task, int64_t now_us)
{
    return task->state == FZ_TASK_SUSPENDED && change(task, FZ_TASK_WORKING, now_us);
}

bool fz_task_cancel(struct fz_task *task, int64_t now_us)
{
    bool is_under_way = task->state == FZ_TASK_WORKING || task->state == FZ_TASK_SUSPENDED;
    return is_under_way && change(task, FZ_TASK_CANCELED, now_us);
}

bool fz_task_goes_on(const struct fz_task *task)
{
    return task->state == FZ_TASK_WORKING;
}

bool fz_task_is_over(const struct fz_task *task)
{
    return task->state == FZ_TASK_IDLE;
}

const char *fz_task_state_name(enum fz_task_state state)
{
    static const char *const names[] = {[FZ_TASK_IDLE] = "idle",
                                        [FZ_TASK_WORKING] = "working",
                                        [FZ_TASK_SUSPENDED] = "suspended",
                                        [FZ_TASK_CANCELED] = "canceled"};
    return names[state];
}

int64_t fz_task_worked_us(const struct fz_task *task, int64_t now_us)
{
    bool runs = task->state == FZ_TASK_WORKING || task->state == FZ_TASK_CANCELED;
    return task->worked_us + (runs ? now_us - task->since_us : 0);
}

double fz_task_rate(const struct fz_task *task, int64_t now_us)
{
    int64_t worked_us = fz_task_worked_us(task, now_us);
    return worked_us > 0 ? (double)task->done * 1e6 / (double)worked_us : 0;
}

double fz_task_left_s(const struct fz_task *task, int64_t now_us)
{
    double rate = fz_task_rate(task, now_us);
    return task->knows_total && rate > 0 && task->total >= task->done
               ? (double)(task->total - task->done) / rate
               : -1;
}
