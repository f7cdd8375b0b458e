// SPDX-License-Identifier: MIT
#include "test/workthread.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>

#include <condition_variable>
#include <utility>

namespace QRepod {

//! Lives in the thread and runs tasks, whose owners wait meanwhile.
class WorkThread::Worker : public QObject
{
public:
    void run(const std::function<void()> &function)
    {
        Task task{&function};
        std::unique_lock lock(m_mutex);
        m_tasks.push_back(&task);
        QCoreApplication::postEvent(this, new QEvent(QEvent::User));
        m_done.wait(lock, [&] { return task.isDone; });
    }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        std::unique_lock lock(m_mutex);
        const std::vector<Task *> tasks = std::exchange(m_tasks, {});
        for (Task *task : tasks) {
            lock.unlock();
            (*task->function)();
            lock.lock();
            task->isDone = true;
        }
        m_done.notify_all();
        return true;
    }

private:
    struct Task
    {
        const std::function<void()> *function;
        bool isDone = false;
    };

    std::mutex m_mutex; // guards m_tasks and whether they are done
    std::condition_variable m_done;
    std::vector<Task *> m_tasks;
};

WorkThread::WorkThread(const QString &name)
    : m_worker(new Worker)
{
    m_thread.setObjectName(name);
    m_worker->moveToThread(&m_thread);
    m_thread.start();
}

WorkThread::~WorkThread()
{
    m_thread.quit();
    m_thread.wait();
    delete m_worker;
}

void WorkThread::run(const std::function<void()> &function)
{
    if (QThread::currentThread() == &m_thread)
        function();
    else
        m_worker->run(function);
}

} // namespace QRepod
