// SPDX-License-Identifier: MIT
// ThreadSanitizer sees only what is compiled with it, and the system's Qt is not: the locks with
// which Qt hands an event to another thread, or ends one, are invisible, and everything that is
// handed over would be reported as a race. This library, preloaded, stands in front of the
// functions of Qt that do so and tells ThreadSanitizer what Qt guarantees:
//
// - what a thread did before it posted an event, a queued call or a queued signal has happened
//   before its receiver gets it;
// - what a thread did has happened before QThread::wait() says that it has finished.
//
// It orders nothing else, so that a race of our own stays visible.

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <dlfcn.h>
#include <sched.h>

// Of ThreadSanitizer's runtime. Programs without it are left alone.
extern "C" void __tsan_acquire(void *address) __attribute__((weak));
extern "C" void __tsan_release(void *address) __attribute__((weak));

namespace {

// A queued signal does not name its receivers, so all of them share one order.
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

// The next function with this symbol, that of Qt or the system.
template <class Function>
Function *nextFunction(Function & /*ours*/, const char *symbol)
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

[[maybe_unused]] const bool isRegistered =
    QInternal::registerCallback(QInternal::EventNotifyCallback, eventDelivered);

} // namespace

// Each function below has the symbol of one of Qt's, and is called in its place.

#define POST_EVENT "_ZN16QCoreApplication9postEventEP7QObjectP6QEventi"
void postEvent(QObject *receiver, QEvent *event, int priority) __asm__(POST_EVENT);

void postEvent(QObject *receiver, QEvent *event, int priority)
{
    static auto *const original = nextFunction(postEvent, POST_EVENT);
    release(receiver);
    original(receiver, event, priority);
}

// A queued call belongs to the thread that makes it and to the one that runs it; the last to let go
// of it destroys it, after the call.
class QueuedCall : public QtPrivate::QSlotObjectBase
{
public:
    explicit QueuedCall(QSlotObjectBase *call)
        : QSlotObjectBase(impl)
        , m_call(call)
    {
    }

private:
    static void impl(int operation, QSlotObjectBase *base, QObject *receiver, void **arguments,
                     bool * /*isSame*/)
    {
        auto *const self = static_cast<QueuedCall *>(base);
        if (operation == Call) {
            self->m_call->call(receiver, arguments);
            release(self);
        } else if (operation == Destroy) {
            acquire(self);
            self->m_call->destroyIfLastRef();
            delete self;
        }
    }

    QSlotObjectBase *const m_call;
};

#define INVOKE_METHOD                                                                              \
    "_ZN11QMetaObject16invokeMethodImplEP7QObject"                                                 \
    "PN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv"
bool invokeMethod(QObject *receiver, QtPrivate::QSlotObjectBase *call, Qt::ConnectionType type,
                  void *result) __asm__(INVOKE_METHOD);

bool invokeMethod(QObject *receiver, QtPrivate::QSlotObjectBase *call, Qt::ConnectionType type,
                  void *result)
{
    static auto *const original = nextFunction(invokeMethod, INVOKE_METHOD);
    auto *const queued = new QueuedCall(call);
    release(receiver);
    release(queued); // which may be destroyed without a call
    const bool isDone = original(receiver, queued, type, result);
    if (type == Qt::BlockingQueuedConnection)
        acquire(queued);
    return isDone;
}

#define DELETE_LATER "_ZN7QObject11deleteLaterEv"
void deleteLater(QObject *object) __asm__(DELETE_LATER);

void deleteLater(QObject *object)
{
    static auto *const original = nextFunction(deleteLater, DELETE_LATER);
    release(object);
    original(object);
}

#define EMIT_SIGNAL "_ZN11QMetaObject8activateEP7QObjectPKS_iPPv"
void emitSignal(QObject *sender, const QMetaObject *metaObject, int signal,
                void **arguments) __asm__(EMIT_SIGNAL);

void emitSignal(QObject *sender, const QMetaObject *metaObject, int signal, void **arguments)
{
    static auto *const original = nextFunction(emitSignal, EMIT_SIGNAL);
    release(&anySignal);
    original(sender, metaObject, signal, arguments);
}

// The last that a thread does is to emit finished(), and then to delete what was told
// deleteLater().

#define START_THREAD "_ZN7QThread5startENS_8PriorityE"
void startThread(QThread *thread, QThread::Priority priority) __asm__(START_THREAD);

void startThread(QThread *thread, QThread::Priority priority)
{
    static auto *const original = nextFunction(startThread, START_THREAD);
    QObject::connect(thread, &QThread::finished, [thread] { release(thread); });
    original(thread, priority);
}

#define DESTROY_OBJECT "_ZN7QObjectD2Ev"
void destroyObject(QObject *object) __asm__(DESTROY_OBJECT);

void destroyObject(QObject *object)
{
    static auto *const original = nextFunction(destroyObject, DESTROY_OBJECT);
    release(QThread::currentThread());
    original(object);
}

#define WAIT_FOR_THREAD "_ZN7QThread4waitE14QDeadlineTimer"
bool waitForThread(QThread *thread, QDeadlineTimer deadline) __asm__(WAIT_FOR_THREAD);

bool waitForThread(QThread *thread, QDeadlineTimer deadline)
{
    static auto *const original = nextFunction(waitForThread, WAIT_FOR_THREAD);
    const bool hasFinished = original(thread, deadline);
    if (hasFinished)
        acquire(thread);
    return hasFinished;
}

// Not about order: Qt starts a process with a clone() that shares its memory, with which
// ThreadSanitizer fails on itself. It calls this as the system's clone(); the copy shares nothing.

#define CLONE "clone"
int cloneProcess(int (*function)(void *), void *stack, int flags, void *argument, int *parent,
                 void *storage, int *child) __asm__(CLONE);

int cloneProcess(int (*function)(void *), void *stack, int flags, void *argument, int *parent,
                 void *storage, int *child)
{
    static auto *const original = nextFunction(cloneProcess, CLONE);
    if (flags & CLONE_VFORK)
        flags &= ~CLONE_VM;
    return original(function, stack, flags, argument, parent, storage, child);
}
