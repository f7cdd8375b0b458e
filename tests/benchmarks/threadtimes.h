// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <map>

//! CPU time of this process's threads, by what they are called: nanoseconds. Linux only; empty
//! elsewhere.
class ThreadTimes
{
public:
    static ThreadTimes now();

    //! What each thread has used since \a earlier. Threads that have ended are not in it.
    std::map<QString, double> since(const ThreadTimes &earlier) const;

    //! Names the calling thread.
    static void setName(const char *name);

    //! Of the calling thread, in nanoseconds.
    static double ofThisThread();

private:
    struct Thread
    {
        QString name;
        double time;
    };
    std::map<QString, Thread> m_threads; // by their id
};
