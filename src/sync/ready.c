#include "sync/ready.h"

#include <stddef.h>

void fz_ready_push(struct fz_ready *list, struct fz_ready_node *node)
{
    struct fz_ready_node *head = atomic_load_explicit(&list->head, memory_order_relaxed);
    do {
        node->next = head;
        /* release: what the node carries is written before the consumer can see the node. Failure may be relaxed:
         * `head` is only stored, never followed here. */
    } while (!atomic_compare_exchange_weak_explicit(&list->head, &head, node, memory_order_release,
                                                    memory_order_relaxed));
}

struct fz_ready_node *fz_ready_take(struct fz_ready *list)
{
    /* acquire: pairs with the release of every push. A push that follows another on the list is a read-modify-write
     * and so continues the release sequence of the one before: one acquire covers the whole list. */
    struct fz_ready_node *node = atomic_exchange_explicit(&list->head, NULL, memory_order_acquire);
    struct fz_ready_node *oldest = NULL;
    while (node) {
        struct fz_ready_node *next = node->next;
        node->next = oldest;
        oldest = node;
        node = next;
    }
    return oldest;
}

bool fz_ready_is_empty(const struct fz_ready *list)
{
    /* seq_cst: stands between the doorbell's "I am going to sleep" and the sleep. */
    return atomic_load_explicit(&list->head, memory_order_seq_cst) == NULL;
}
