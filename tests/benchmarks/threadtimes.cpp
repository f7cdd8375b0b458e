// SPDX-License-Identifier: MIT
#include "threadtimes.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <ctime>
#include <pthread.h>

namespace {

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

} // namespace

ThreadTimes ThreadTimes::now()
{
    ThreadTimes times;
    const QDir tasks("/proc/self/task");
    for (const QString &id : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString name = QString::fromLatin1(read(tasks.filePath(id + "/comm")));
        const double time = read(tasks.filePath(id + "/schedstat")).split(' ').first().toDouble();
        times.m_threads[id] = {name, time};
    }
    return times;
}

std::map<QString, double> ThreadTimes::since(const ThreadTimes &earlier) const
{
    std::map<QString, double> used;
    for (const auto &[id, thread] : m_threads) {
        const auto before = earlier.m_threads.find(id);
        const double start = before == earlier.m_threads.end() ? 0 : before->second.time;
        if (thread.time > start)
            used[thread.name] += thread.time - start;
    }
    return used;
}

void ThreadTimes::setName(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

double ThreadTimes::ofThisThread()
{
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}
