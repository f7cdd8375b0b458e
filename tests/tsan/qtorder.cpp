// SPDX-License-Identifier: MIT
// ThreadSanitizer sees only what is compiled with it, and the system's Qt is not: the locks with which
// Qt hands an event to another thread, or ends one, are invisible, and everything that is handed over
// would be reported as a race. This library, preloaded, stands in front of the functions of Qt that do
// so and tells ThreadSanitizer what Qt guarantees:
//
// - what a thread did before it posted an event, a queued call or a queued signal has happened before
//   its receiver gets it;
// - what a thread did has happened before QThread::wait() says that it has finished.
//
// It makes nothing else ordered, so no race of our own is hidden behind it.

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <dlfcn.h>

// Of ThreadSanitizer's runtime. Programs without it are left alone.
extern "C" void __tsan_acquire(void *address) __attribute__((weak));
extern "C" void __tsan_release(void *address) __attribute__((weak));

namespace {

// Queued signals do not name their receivers, so they all share one order.
char anySignal;

void acquire(void *address)
{
    if (__tsan_acquire)
        __tsan_acquire(address);
}

void release(void *address)
{
    if (__tsan_release)
        __tsan_release(address);
}

// The function of Qt that the symbol names.
template <class Function>
Function *next(const char *symbol)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
}

// Called by Qt before each event is delivered: data is the receiver and the event.
bool eventDelivered(void **data)
{
    acquire(data[0]);
    if (static_cast<QEvent *>(data[1])->type() == QEvent::MetaCall)
        acquire(&anySignal);
    return false;
}

[[maybe_unused]] const bool isRegistered
    = QInternal::registerCallback(QInternal::EventNotifyCallback, eventDelivered);

} // namespace

// Each stands in front of one function, whose mangled name it has.
#define STAND_IN(result, name, symbol, parameters, ...) \
    extern "C" __attribute__((visibility("default"))) result name parameters __asm__(symbol); \
    result name parameters \
    { \
        static auto *const original = next<result parameters>(symbol); \
        __VA_ARGS__ \
    }

STAND_IN(void, postEvent, "_ZN16QCoreApplication9postEventEP7QObjectP6QEventi",
         (QObject * receiver, QEvent *event, int priority), {
             release(receiver);
             original(receiver, event, priority);
         })

STAND_IN(bool, invokeMethodImpl,
         "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv",
         (QObject * receiver, void *slot, Qt::ConnectionType type, void *result), {
             release(receiver);
             return original(receiver, slot, type, result);
         })

STAND_IN(void, deleteLater, "_ZN7QObject11deleteLaterEv", (QObject * object), {
    release(object);
    original(object);
})

STAND_IN(void, activate, "_ZN11QMetaObject8activateEP7QObjectPKS_iPPv",
         (QObject * sender, const QMetaObject *metaObject, int signal, void **arguments), {
             release(&anySignal);
             original(sender, metaObject, signal, arguments);
         })

// A thread that has started emits finished() at its end, and after that deletes what was told
// deleteLater().
STAND_IN(void, start, "_ZN7QThread5startENS_8PriorityE", (QThread * thread, QThread::Priority priority), {
    QObject::connect(thread, &QThread::finished, [thread] { release(thread); });
    original(thread, priority);
})

STAND_IN(void, destroy, "_ZN7QObjectD2Ev", (QObject * object), {
    release(QThread::currentThread());
    original(object);
})

STAND_IN(bool, wait, "_ZN7QThread4waitE14QDeadlineTimer", (QThread * thread, QDeadlineTimer deadline), {
    const bool hasFinished = original(thread, deadline);
    if (hasFinished)
        acquire(thread);
    return hasFinished;
})
