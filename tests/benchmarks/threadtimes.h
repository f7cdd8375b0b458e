// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <map>

//! CPU time of this process's threads by thread name, in nanoseconds. Linux only; empty elsewhere.
class ThreadTimes
{
public:
    static ThreadTimes now();

    //! Returns the time used by each thread since \a earlier, without threads that have ended.
    std::map<QString, double> since(const ThreadTimes &earlier) const;

    //! Names the calling thread.
    static void setName(const char *name);

    //! Returns the CPU time of the calling thread, in nanoseconds.
    static double ofThisThread();

private:
    struct Thread
    {
        QString name;
        double time;
    };
    std::map<QString, Thread> m_threads; // by thread ID
};
