// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QObject>

#include <memory>

//! The lines of standard input, read on a thread of their own, since reading waits.
///
/// At most a few hundred lines are read ahead of done(): a large file is not put into memory.
class Input : public QObject
{
    Q_OBJECT

public:
    Input();

    //! Leaves the thread behind if it waits for a line; the end of the program ends it.
    ~Input() override;

    void start();

    //! A line that line() has given is done with.
    void done();

signals:
    void line(const QByteArray &line);
    void ended();

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};
