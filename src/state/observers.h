// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <algorithm>
#include <vector>

namespace QRepod {

//! Who is told of something. While one is told, it may let others, or itself, be forgotten.
template <class Observer>
class Observers
{
public:
    Observers() = default;
    Q_DISABLE_COPY_MOVE(Observers)

    void add(Observer *observer) { m_list.push_back(observer); }
    void remove(Observer *observer) { std::erase(m_list, observer); }
    bool isEmpty() const { return m_list.empty(); }

    //! Calls \a function for each of those that are there now.
    ///
    /// \return whom it was called for.
    template <class Function>
    std::vector<Observer *> tell(Function function) const
    {
        return tell(std::vector<Observer *>(m_list), function);
    }

    //! The same for \a some of them, as far as they are still there.
    template <class Function>
    std::vector<Observer *> tell(const std::vector<Observer *> &some, Function function) const
    {
        std::vector<Observer *> told;
        for (Observer *const observer : some) {
            if (std::find(m_list.begin(), m_list.end(), observer) == m_list.end())
                continue;
            told.push_back(observer);
            function(observer);
        }
        return told;
    }

private:
    std::vector<Observer *> m_list;
};

} // namespace QRepod
